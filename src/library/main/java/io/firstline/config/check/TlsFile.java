package io.firstline.config.check;

import com.fasterxml.jackson.databind.JsonNode;
import io.firstline.config.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file that a section {@code tls} names. */
public final class TlsFile {
    private TlsFile() {}

    /** The path of a file that must be readable. */
    public static String of(JsonNode section, String key, Path directory, List<Problem> problems) {
        String name = section.get(key).textValue();
        Path file = directory == null ? Path.of(name) : directory.resolve(name);
        if (!Files.isReadable(file) || JsonText.isSpecial(file)) {
            problems.add(new Problem("/tls/" + key, ProblemText.quoted(file.toString()), "a file that can be read"));
        }
        return file.toString();
    }
}
