package io.firstline.connection;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A socket around another one hides nothing of it, such as its path. */
class ForwardingSocketTest {
    static Stream<Method> methods() {
        return Stream.of(Socket.class.getDeclaredMethods()).filter(method -> !method.isSynthetic());
    }

    @ParameterizedTest
    @MethodSource("methods")
    void shouldPassEveryCallOn(Method method) throws ReflectiveOperationException {
        List<Method> called = new ArrayList<>();
        Socket inner = (Socket) Proxy.newProxyInstance(
                Socket.class.getClassLoader(), new Class<?>[] {Socket.class}, (proxy, callee, arguments) -> {
                    called.add(callee);
                    return callee.getReturnType() == boolean.class ? true : null;
                });
        Object[] arguments = Stream.of(method.getParameterTypes())
                .map(type -> type == int.class ? (Object) 1_000 : null)
                .toArray();

        method.invoke(new ForwardingSocket(inner), arguments);

        assertThat(called).containsExactly(method);
    }
}
