package io.firstline.bench.peers;

/** What happens to the lines of a feed, or to the feed itself. */
enum Fault {
    NONE("nothing", true),
    LOSSES("each line loses 1 %", true),
    REPEATS("a tenth of the messages have the bytes of an earlier one", false),
    STAMPED("a member differs between the lines", false),
    TIED("time stamps in steps of 20 ms", false),
    FROZEN("a line delivers 45 s late", true),
    RESTARTED("the server counts from 1 again", false),
    OUTAGES("one line after another is silent for 5 s", true);

    private final String words;
    private final boolean ofLines;

    Fault(String words, boolean ofLines) {
        this.words = words;
        this.ofLines = ofLines;
    }

    String words() {
        return words;
    }

    /** Whether any feed can have it: it needs no special messages. */
    boolean isOfLines() {
        return ofLines;
    }
}
