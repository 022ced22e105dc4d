package io.firstline.replay.retention;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names the line of a node: the header of each of its messages. The numbers of a line ascend as long as its process
 * lives. At some numbers another run begins: messages before that number may be missing that no number shows.
 *
 * @param node the node
 * @param process distinguishes the processes of a node; a later one has a greater number
 * @param firsts the first numbers of the last runs, ascending, at most {@link #MOST}
 */
public record LineName(String node, long process, List<Long> firsts) {
    /** A reader that has not seen a line for this many runs joins anew in any case. */
    public static final int MOST = 8;

    private static final Pattern FORMAT = Pattern.compile("(.+)/(\\d{1,18})/(\\d{1,18}(?:,\\d{1,18}){0,7})");

    public LineName {
        firsts = List.copyOf(firsts.subList(Math.max(0, firsts.size() - MOST), firsts.size()));
    }

    /** Returns a name in the form {@code node/process/first,first}; null = it has another form. */
    public static LineName parse(String name) {
        Matcher parts = FORMAT.matcher(name);
        return parts.matches()
                ? new LineName(
                        parts.group(1),
                        Long.parseLong(parts.group(2)),
                        Arrays.stream(parts.group(3).split(","))
                                .map(Long::valueOf)
                                .toList())
                : null;
    }

    /** Returns the name under which its messages can be requested. */
    public String key() {
        return node + "/" + process;
    }

    @Override
    public String toString() {
        return key() + "/" + firsts.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
