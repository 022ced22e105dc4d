package io.firstline.stream;

/** What a full buffer does with one message too many. Either way the loss is counted. */
public enum Overflow {
    /** The oldest goes: the consumer stays near the present. */
    DROP_OLDEST,
    /** The new one goes: the consumer sees a stretch without holes, then a hole. */
    DROP_NEWEST
}
