package io.firstline.pool;

import java.util.List;
import java.util.Map;

/**
 * Everything about a feed at one instant.
 *
 * @param feed its name
 * @param url where it connects to, secrets masked
 * @param state what it can deliver
 * @param target how many connections it wants
 * @param live how many are open
 * @param published messages passed on since the feed was made
 * @param copies messages received on all connections
 * @param control what concerned a connection and not the stream: replies to the feed's own requests, announcements of a shutdown
 * @param malformed text messages that are not JSON where the venue's are, as far as they were looked at; published all the same
 * @param late published after younger ones
 * @param evictions connections replaced on purpose
 * @param lost connections that ended without our closing them
 * @param dropped messages not passed on, by cause
 * @param failures failed attempts and lost connections, by cause
 * @param streams subscribed over the connections, where the feed knows them
 * @param ledger what is known of each stream, where messages tell their streams
 * @param connections the open ones, then the last that left
 */
public record FeedReport(
        String feed,
        String url,
        FeedState state,
        int target,
        int live,
        long published,
        long copies,
        long control,
        long malformed,
        long late,
        long evictions,
        long lost,
        Map<String, Long> dropped,
        Map<String, Long> failures,
        List<String> streams,
        List<StreamReport> ledger,
        List<ConnectionReport> connections) {}
