package io.firstline.bus;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.filter.FilteringParserDelegate;
import com.fasterxml.jackson.core.filter.JsonPointerBasedFilter;
import com.fasterxml.jackson.core.filter.TokenFilter.Inclusion;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;

/** Reads the stream name of a message at a JSON pointer, without building a tree. */
final class StreamName {
    private static final JsonFactory JSON = new JsonFactory();

    private final JsonPointer pointer;

    StreamName(String pointer) {
        this.pointer = JsonPointer.compile(pointer);
    }

    /** Returns the name, or null if there is none at the pointer or the payload is not JSON. */
    String in(Buffer payload) {
        try (JsonParser parser = new FilteringParserDelegate(
                JSON.createParser(payload.getBytes()),
                new JsonPointerBasedFilter(pointer),
                Inclusion.ONLY_INCLUDE_ALL,
                false)) {
            return parser.nextToken() == null || !parser.currentToken().isScalarValue() ? null : parser.getText();
        } catch (IOException notJson) {
            return null;
        }
    }
}
