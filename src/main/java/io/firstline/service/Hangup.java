package io.firstline.service;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does something at each SIGHUP while it is open, instead of ending the process. The JDK's class for it is no part of Java and the
 * compiler warns of it, so it is looked up by name; where there is none, or the JVM leaves signals alone (-Xrs), the signal does what it did.
 */
final class Hangup implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Hangup.class);

    /** What handled the signal before; null = it could not be taken over. */
    private final Object before;

    /** A signal that comes before anybody can act on it is not lost. */
    private final CompletableFuture<Runnable> action = new CompletableFuture<>();

    /** Hears the signal from now on. */
    Hangup() {
        this.before = takenOver();
    }

    /** What each signal does from now on. */
    void calls(Runnable wanted) {
        action.complete(wanted);
    }

    private Object takenOver() {
        try {
            Class<?> type = handlerType();
            Object handler = Proxy.newProxyInstance(
                    Hangup.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            CompletableFuture<Void> unused = action.thenAccept(Runnable::run);
                            return null;
                        }
                        return switch (method.getName()) {
                            case "hashCode" -> System.identityHashCode(proxy);
                            case "equals" -> proxy == arguments[0];
                            default -> "SIGHUP";
                        };
                    });
            return handle(handler);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.debug("SIGHUP is not heard", e);
            return null;
        }
    }

    private static Class<?> handlerType() throws ClassNotFoundException {
        return Class.forName("sun.misc.SignalHandler");
    }

    private static Object handle(Object handler) throws ReflectiveOperationException {
        Class<?> signal = Class.forName("sun.misc.Signal");
        Method handle = signal.getMethod("handle", signal, handlerType());
        try {
            return handle.invoke(null, signal.getConstructor(String.class).newInstance("HUP"), handler);
        } catch (InvocationTargetException e) {
            throw new ReflectiveOperationException(e.getCause());
        }
    }

    @Override
    public void close() {
        if (before != null) {
            try {
                handle(before);
            } catch (ReflectiveOperationException e) {
                LOG.debug("SIGHUP is not given back", e);
            }
        }
    }
}
