package io.firstline.relay.dialect;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.check.JsonText;
import java.util.ArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The JSON of a template of requests, in which placeholders may also stand outside of strings. Pure functions. */
final class TemplateTree {
    static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
    /** Before a placeholder that is not inside a string. */
    private static final char BARE = '\u0001';

    private static final Pattern OF_STREAMS = Pattern.compile("\\$\\{(streams,?|\\*?[1-9],?)}");

    private TemplateTree() {}

    /** Reads a template; throws {@link IllegalArgumentException} if it is not JSON. */
    static JsonNode of(String template) {
        StringBuilder json = new StringBuilder();
        boolean inString = false;
        for (int at = 0; at < template.length(); at++) {
            char c = template.charAt(at);
            if (!inString && c == '$') {
                int end = template.indexOf('}', at);
                json.append("\"\\u0001").append(template, at, end + 1).append('"');
                at = end;
            } else {
                if (inString && c == '\\') {
                    json.append(c);
                    c = template.charAt(++at);
                } else if (c == '"') {
                    inString = !inString;
                }
                json.append(c);
            }
        }
        JsonNode tree = JsonText.tree(json.toString(), new ArrayList<>());
        if (tree == null) {
            throw new IllegalArgumentException("a template that is not JSON");
        }
        return tree;
    }

    /** The placeholder that is not inside a string, of which a text of the tree consists; empty = it is another text. */
    static String placeIn(String text) {
        return !text.isEmpty() && text.charAt(0) == BARE ? text.substring(3, text.length() - 1) : "";
    }

    /** The placeholder inside a string that contains nothing else; empty = it is another text. */
    static String onlyPlaceIn(String text) {
        Matcher only = PLACEHOLDER.matcher(text);
        return only.matches() ? only.group(1) : "";
    }

    static boolean namesStreams(JsonNode part) {
        return OF_STREAMS.matcher(part.toString()).find();
    }

    /** Whether a placeholder is about the request or its sender: its id, the time, a credential. */
    static boolean isOfRequest(String place) {
        return !place.isEmpty() && !OF_STREAMS.matcher("${" + place + "}").matches();
    }
}
