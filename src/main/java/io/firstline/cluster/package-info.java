/** Several nodes that carry the feeds together. */
package io.firstline.cluster;
