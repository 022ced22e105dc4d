/** A whole configuration file: feeds, page, bridges and cluster. */
package io.firstline.config.service;
