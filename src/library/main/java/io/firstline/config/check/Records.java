package io.firstline.config.check;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Makes records by the names of their components; the records' constructors check the values as always. */
public final class Records {
    /** The components and the constructor of a record: to ask its class each time is slow. */
    private static final ClassValue<Shape> SHAPES = new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
            RecordComponent[] components = type.getRecordComponents();
            Class<?>[] types =
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
            try {
                return new Shape(List.of(components), type.getDeclaredConstructor(types));
            } catch (NoSuchMethodException e) {
                throw new IllegalStateException(e);
            }
        }
    };

    private record Shape(List<RecordComponent> components, Constructor<?> constructor) {
        boolean has(String name) {
            return components.stream().anyMatch(each -> each.getName().equals(name));
        }
    }

    private Records() {}

    /** The same record with another value of one component. */
    public static <R extends Record> R with(R record, String component, Object value) {
        return with(record, Collections.singletonMap(component, value));
    }

    /** The same record with other values of these components. */
    @SuppressWarnings("unchecked")
    public static <R extends Record> R with(R record, Map<String, ?> values) {
        Class<R> type = (Class<R>) record.getClass();
        for (String name : values.keySet()) {
            if (!SHAPES.get(type).has(name)) {
                throw new IllegalArgumentException(type.getSimpleName() + " has no component " + name);
            }
        }
        return of(
                type,
                component -> values.containsKey(component.getName())
                        ? values.get(component.getName())
                        : value(record, component));
    }

    /** A record with the value that the function returns for each component. */
    public static <R extends Record> R of(Class<R> type, Function<RecordComponent, Object> values) {
        Shape shape = SHAPES.get(type);
        try {
            return type.cast(shape.constructor()
                    .newInstance(shape.components().stream().map(values).toArray()));
        } catch (InvocationTargetException e) {
            throw unchecked(e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the values of a record's components, in their order. */
    static List<Object> values(Record record) {
        List<Object> values = new ArrayList<>();
        SHAPES.get(record.getClass()).components().forEach(component -> values.add(value(record, component)));
        return values;
    }

    private static Object value(Record record, RecordComponent component) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Constructors of records throw no checked exception. */
    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }
}
