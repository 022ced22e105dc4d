package io.firstline.service;

/**
 * Tells when something that was changed has come to rest: an editor may be in the middle of writing it. Not thread-safe.
 */
final class Settling {
    private String known;
    private String last;

    /** Begins with what is there already. */
    Settling(String known) {
        this.known = known;
        this.last = known;
    }

    /**
     * Looks again.
     *
     * @return true once for each change, when two looks one after the other have seen the same
     */
    boolean isNews(String now) {
        boolean rests = now.equals(last);
        last = now;
        if (!rests || now.equals(known)) {
            return false;
        }
        known = now;
        return true;
    }
}
