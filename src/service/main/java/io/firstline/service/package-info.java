/**
 * The runnable service: start-up and the command line. Nothing depends on it.
 *
 * <p><b>Configuration changes while it runs.</b> {@link io.firstline.service.ConfigWatch} reads the configuration
 * file and the venue files beside it twice a second, off the event loops. It applies a change once two consecutive
 * reads found the same content. Vert.x Config is not used: it returns parsed JSON without positions for errors, does
 * not know the venue files of a feed, and logs a stack trace at each read of a broken file.
 *
 * <p>{@link io.firstline.config.service.ConfigChange} compares two configurations,
 * {@link io.firstline.service.RunningService#apply} applies the difference, and
 * {@link io.firstline.deploy.FeedVerticle#change} changes one feed. SIGHUP ({@link io.firstline.service.HangupSignal}) applies
 * the files at once, even with {@code --no-watch} and when only a file with a secret has changed.
 */
package io.firstline.service;
