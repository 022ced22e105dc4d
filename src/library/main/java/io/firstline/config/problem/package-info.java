/** The errors of a configuration, each with its place, what was found and what is allowed. */
package io.firstline.config.problem;
