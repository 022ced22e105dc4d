package io.firstline.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.firstline.config.problem.InvalidConfigException;
import io.firstline.config.problem.Problem;
import io.firstline.config.service.ServiceConfig;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Configuration errors as lines of text. */
public final class Errors {
    private Errors() {}

    public static InvalidConfigException exceptionOf(ThrowingCallable action) {
        InvalidConfigException thrown = catchThrowableOfType(InvalidConfigException.class, action);
        if (thrown == null) {
            throw new AssertionError("accepted");
        }
        return thrown;
    }

    public static List<String> of(ThrowingCallable action) {
        return exceptionOf(action).problems().stream().map(Problem::toString).toList();
    }

    /** The errors of a whole configuration. */
    public static List<String> ofService(String json) {
        return of(() -> ServiceConfig.parse(json, "test.json", null));
    }

    /** The errors of a configuration with one feed "f", without their common pointer. */
    public static List<String> ofFeed(String feedJson) {
        return ofService("{\"feeds\":{\"f\":" + feedJson + "}}").stream()
                .map(line -> line.replaceFirst("^/feeds/f", ""))
                .toList();
    }
}
