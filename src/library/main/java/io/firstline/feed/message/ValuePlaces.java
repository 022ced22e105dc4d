package io.firstline.feed.message;

import io.firstline.config.venue.StreamClass;
import io.firstline.payload.MessageItems;
import java.util.List;

/**
 * The indexes of a stream class's values among the pointers that are read.
 *
 * @param number of the class, from 1; 0 = streams without a class
 * @param snapshot the signs of a snapshot
 * @param ignore those of the profile and of the class
 * @param items the way to the array whose elements are compared one by one; null = messages are not cut
 */
public record ValuePlaces(
        int number,
        StreamClass type,
        List<Integer> key,
        List<Integer> ignore,
        MessageItems.Path items,
        List<Integer> last,
        List<Integer> first,
        List<Integer> previous,
        List<FieldMatch> reset,
        List<FieldMatch> snapshot) {
    public boolean isNumbered() {
        return !last.isEmpty();
    }
}
