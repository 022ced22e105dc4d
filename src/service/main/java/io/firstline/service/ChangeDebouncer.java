package io.firstline.service;

/** Detects that a changed file has settled, because an editor may still be writing it. Not thread-safe. */
final class ChangeDebouncer {
    private String known;
    private String last;

    /** Starts with the content in use. */
    ChangeDebouncer(String known) {
        this.known = known;
        this.last = known;
    }

    /**
     * Looks again.
     *
     * @return true once for each change, when two consecutive looks found the same new content
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
