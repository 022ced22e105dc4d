/**
 * Credentials and signatures: where secrets are, how a venue wants a text signed, and the placeholders for both. Pure,
 * except that secrets are read from their files.
 */
package io.firstline.config.secret;
