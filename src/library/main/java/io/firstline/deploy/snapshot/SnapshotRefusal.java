package io.firstline.deploy.snapshot;

import java.util.Locale;

/** Why a stream has no snapshot now. */
public enum SnapshotRefusal {
    /** The feed does not subscribe the stream, or its profile names no snapshot for it. */
    NOT_AVAILABLE("the feed has no snapshots of this stream"),
    /** Too many requests wait. */
    BUSY("too many snapshots are being fetched"),
    /** The venue's limits leave no room for a spare connection. */
    NO_ROOM("the venue's limits leave no room for a spare connection"),
    NOT_CONNECTED("the spare connection could not be opened"),
    /** The venue refused the subscription on the spare connection. */
    REFUSED("the venue refused the subscription"),
    NO_SNAPSHOT("the venue sent no snapshot in time"),
    /** The snapshot is older than the merged stream was when the fetch began. */
    OLD("the venue sent a snapshot older than the stream"),
    /** The merged stream did not reach the snapshot in time. */
    BEHIND("the feed's connections have not reached the snapshot in time"),
    /** Messages that follow the snapshot are missing in the merged stream. */
    GAP("the feed lacks messages after the snapshot"),
    /** The snapshot has no number, and no message after it shows where it belongs. */
    NO_CONTINUATION("no message after the snapshot shows where it belongs: the stream is silent, or the feed lacks it"),
    /** The messages after the snapshot are found at several places. */
    AMBIGUOUS("the messages after the snapshot are found at several places of the stream"),
    /** The venue counted anew meanwhile. */
    RESTARTED("the venue's numbers were restarted meanwhile"),
    /** The feed got another owner or another configuration meanwhile. */
    CHANGED("the feed's owner or configuration changed meanwhile"),
    /** More messages arrived meanwhile than are remembered. */
    TOO_MANY_MESSAGES("too many messages arrived meanwhile");

    private final String words;

    SnapshotRefusal(String words) {
        this.words = words;
    }

    /** For people. */
    public String words() {
        return words;
    }

    /** The name in metrics. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether another attempt may succeed at once. */
    boolean isWorthAnotherTry() {
        return this != NOT_AVAILABLE && this != BUSY && this != NO_ROOM && this != REFUSED;
    }
}
