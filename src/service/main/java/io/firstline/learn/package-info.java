/**
 * Proposes a venue profile from the messages of several connections, with the evidence for each part of it. Pure: it
 * knows no socket and no clock.
 *
 * <p>Begin with {@link io.firstline.learn.ObservedMessages}, which collects a bounded number of messages, and
 * {@link io.firstline.learn.VenueProposal}, which reads them. One class answers each question:
 * {@link io.firstline.learn.ControlSigns} (which messages are control), {@link io.firstline.learn.StreamMembers} (which
 * members name a stream), {@link io.firstline.learn.StreamGroup} (which streams are alike),
 * {@link io.firstline.learn.NumberLinks} (which numbers grow or chain), {@link io.firstline.learn.CopyDifferences} (what
 * differs between connections), {@link io.firstline.learn.ItemGrouping} (which arrays are grouped differently) and
 * {@link io.firstline.learn.EventTimes} (which members are times).
 *
 * <p>Depends on {@link io.firstline.payload} and no other package.
 */
package io.firstline.learn;
