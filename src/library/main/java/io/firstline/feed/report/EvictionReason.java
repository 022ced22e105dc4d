package io.firstline.feed.report;

/**
 * Why a connection is replaced.
 *
 * @param cause the counted cause, used as a metric's label
 * @param detail the details of this case, for events and logs; never a label
 */
public record EvictionReason(Cause cause, String detail) {
    /** The causes, with their names in reports and metrics. */
    public enum Cause {
        REQUESTED("requested"),
        RECONFIGURED("reconfigured"),
        RENEWED("renewed"),
        SERVER_SHUTDOWN("server shutdown"),
        OUT_OF_STEP("out of step"),
        SILENT("silent while others deliver"),
        STREAM_SILENT("stream silent while others deliver it"),
        HALF_OPEN("half-open"),
        NOT_SUBSCRIBED("not subscribed"),
        AGE("age"),
        SLOW("slow"),
        PATH("another path is faster"),
        SPREAD("spread again");

        private final String label;

        Cause(String label) {
            this.label = label;
        }

        public String label() {
            return label;
        }
    }

    /** Replaced while another replacement is in progress: the server is about to close the connection. */
    public static final EvictionReason OVERDUE = new EvictionReason(Cause.AGE, "overdue");

    public static EvictionReason of(Cause cause) {
        return new EvictionReason(cause, "");
    }

    public static EvictionReason slow(String figures) {
        return new EvictionReason(Cause.SLOW, figures);
    }

    public static EvictionReason silent(String stream) {
        return new EvictionReason(Cause.STREAM_SILENT, stream);
    }

    @Override
    public String toString() {
        return switch (cause) {
            case SLOW -> "slow: " + detail;
            case STREAM_SILENT -> detail + " silent while others deliver it";
            default -> detail.isEmpty() ? cause.label : cause.label + ", " + detail;
        };
    }
}
