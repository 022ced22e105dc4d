/** The runnable service: start-up and the command line. Nothing depends on it. */
package io.firstline.service;
