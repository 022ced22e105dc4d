/** Order books as a client builds them from messages, by the rules that each venue documents. */
package io.firstline.testkit.book;
