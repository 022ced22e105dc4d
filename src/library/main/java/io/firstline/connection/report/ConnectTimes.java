package io.firstline.connection.report;

/**
 * How long each step of opening a connection took, milliseconds; NaN = not measured, or there was no such step.
 *
 * @param dnsMs the name of the host or of the proxy; near 0 if its addresses were known
 * @param tcpMs TCP, and the request to the proxy
 * @param tlsMs the TLS handshake
 * @param upgradeMs the upgrade to a WebSocket
 */
public record ConnectTimes(double dnsMs, double tcpMs, double tlsMs, double upgradeMs) {
    /** Nothing was measured. */
    public static final ConnectTimes NONE = new ConnectTimes(Double.NaN, Double.NaN, Double.NaN, Double.NaN);

    /** The same with the time of the upgrade. */
    public ConnectTimes withUpgrade(double ms) {
        return new ConnectTimes(dnsMs, tcpMs, tlsMs, ms);
    }
}
