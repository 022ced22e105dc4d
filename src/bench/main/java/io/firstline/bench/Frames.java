package io.firstline.bench;

/** Writes complete WebSocket frames, all of one length. */
interface Frames {
    /** The length of a frame in bytes. */
    int length();

    /** Writes the frame of a message. */
    void encode(byte[] target, int offset, long sequence, long stampNanos);

    /**
     * Changes a frame, so that its bytes differ from those on other connections, though it holds the same message.
     *
     * @param connection from 0
     */
    void vary(byte[] target, int offset, int connection);

    /** Writes the header of a final frame that is not masked. */
    static void header(byte[] target, int opcode, int payloadBytes) {
        target[0] = (byte) (0x80 | opcode);
        target[1] = 126;
        target[2] = (byte) (payloadBytes >> 8);
        target[3] = (byte) payloadBytes;
    }
}
