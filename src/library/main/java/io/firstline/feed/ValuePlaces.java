package io.firstline.feed;

import io.firstline.config.StreamClass;
import java.util.List;

/**
 * The indexes of a stream class's values among the pointers that are read.
 *
 * @param number of the class, from 1; 0 = streams without a class
 */
record ValuePlaces(
        int number,
        StreamClass type,
        List<Integer> key,
        List<Integer> last,
        List<Integer> first,
        List<Integer> previous,
        List<FieldMatch> reset) {
    boolean isNumbered() {
        return !last.isEmpty();
    }
}
