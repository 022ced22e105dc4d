/** Checks and texts that all configuration shares: the schema, URLs, names, secrets, JSON. */
package io.firstline.config.check;
