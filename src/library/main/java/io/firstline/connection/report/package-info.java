/** What reports and failures show of a connection: its state, how it ended, why a message was dropped. */
package io.firstline.connection.report;
