/**
 * The runnable service: start-up and the command line. Nothing depends on it.
 *
 * <p><b>A configuration that changes while it runs.</b> {@link io.firstline.service.ConfigWatch} looks at the contents of the file and of
 * the venue files beside it twice a second, off the event loops, and takes what two looks one after the other have seen. Not with Vert.x
 * Config: that hands over JSON which it has parsed itself, without places for its errors, knows nothing of the venue files that feeds name,
 * and logs a stack trace at each look at a broken file. What is to be done is a function of two configurations
 * ({@link io.firstline.config.ConfigChange}); {@link io.firstline.service.RunningService#apply} does it, and
 * {@link io.firstline.bus.FeedVerticle#change} is how one feed goes over. SIGHUP ({@link io.firstline.service.Hangup}) takes the
 * files as they are at once, also with {@code --no-watch} and when only a file changed that a secret is read from.
 */
package io.firstline.service;
