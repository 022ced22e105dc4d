package io.firstline.service;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an action at each SIGHUP while it is open, instead of ending the process. The JDK's signal class is not part
 * of Java SE and the compiler warns about it, so it is looked up by name. If it is absent, or with {@code -Xrs}, the
 * signal keeps its default effect.
 */
final class HangupSignal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HangupSignal.class);

    /** The previous handler of the signal; null = the signal is not handled here. */
    private final Object before;

    /** Signals that arrive before the action is set run it later. */
    private final CompletableFuture<Runnable> action = new CompletableFuture<>();

    /** Handles the signal from now on. */
    HangupSignal() {
        this.before = takenOver();
    }

    /** Sets the action of each signal. */
    void calls(Runnable wanted) {
        action.complete(wanted);
    }

    private Object takenOver() {
        try {
            Class<?> type = handlerType();
            Object handler = Proxy.newProxyInstance(
                    HangupSignal.class.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
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
            LOG.debug("SIGHUP cannot be handled", e);
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
                LOG.debug("SIGHUP handler not restored", e);
            }
        }
    }
}
