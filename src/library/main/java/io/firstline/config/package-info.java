/** The configuration that a program builds in code: records that check their values. */
package io.firstline.config;
