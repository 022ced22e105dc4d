package io.firstline.service;

import java.util.concurrent.Callable;

/**
 * A command of another module. {@code META-INF/services/io.firstline.service.AddedCommand} names the class, picocli's
 * annotations describe it, and the call returns the exit code.
 */
public interface AddedCommand extends Callable<Integer> {}
