package io.firstline.config.problem;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration is invalid, and nothing was started. Lists all errors at once. */
public final class InvalidConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** A wrong file may have a hundred thousand errors, more than a terminal can show. */
    private static final int SHOWN = 100;

    private final transient List<Problem> problems;

    public InvalidConfigException(String what, List<Problem> problems) {
        super(what + ": "
                + (problems.size() == 1 ? "1 error" : problems.size() + " errors")
                + problems.stream().limit(SHOWN).map(p -> "\n  " + p).collect(Collectors.joining())
                + (problems.size() > SHOWN ? "\n  and " + (problems.size() - SHOWN) + " more" : ""));
        this.problems = List.copyOf(problems);
    }

    /** Every error, in the order of the configuration. */
    public List<Problem> problems() {
        return problems;
    }
}
