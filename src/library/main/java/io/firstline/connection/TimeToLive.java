package io.firstline.connection;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.resolver.dns.DnsCache;
import io.netty.resolver.dns.DnsCacheEntry;
import io.netty.resolver.dns.NoopDnsCache;
import java.net.InetAddress;
import java.util.List;

/** Caches nothing; keeps the shortest time to live of the addresses in one answer. Runs on one event loop. */
final class TimeToLive implements DnsCache {
    private long seconds = Long.MAX_VALUE;

    /** The shortest time to live, seconds; 0 = there was no address. */
    long seconds() {
        return seconds == Long.MAX_VALUE ? 0 : seconds;
    }

    @Override
    public void clear() {
        // nothing is cached
    }

    @Override
    public boolean clear(String hostname) {
        return false;
    }

    @Override
    public List<? extends DnsCacheEntry> get(String hostname, DnsRecord[] additionals) {
        return List.of();
    }

    @Override
    public DnsCacheEntry cache(
            String hostname, DnsRecord[] additionals, InetAddress address, long originalTtl, EventLoop loop) {
        seconds = Math.min(seconds, Math.max(0, originalTtl));
        return NoopDnsCache.INSTANCE.cache(hostname, additionals, address, originalTtl, loop);
    }

    @Override
    public DnsCacheEntry cache(String hostname, DnsRecord[] additionals, Throwable cause, EventLoop loop) {
        return NoopDnsCache.INSTANCE.cache(hostname, additionals, cause, loop);
    }
}
