package io.firstline.cluster;

/** Why a standby is not warm: why it could not become the owner without a loss or a delay. */
public enum ColdReason {
    NOT_RECEIVED("receives nothing from the exchange"),
    OVERLOADED("is overloaded and omits standby work"),
    OWNER_NOT_HEARD("hears no owner"),
    MESSAGES_MISSING("lacks messages that the owner has published"),
    SUBSCRIPTIONS_UNKNOWN("does not know the run-time subscriptions yet"),
    OTHER_CONFIGURATION("has, or had a few seconds ago, another configuration than the owner"),
    BEHIND("receives nothing of what the owner publishes now"),
    NOT_COMPARED("has not received a message that the owner published since");

    private final String words;

    ColdReason(String words) {
        this.words = words;
    }

    /** Completes a sentence that begins with the node. */
    @Override
    public String toString() {
        return words;
    }
}
