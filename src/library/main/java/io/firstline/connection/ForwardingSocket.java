package io.firstline.connection;

import io.firstline.connection.report.ConnectTimes;
import io.firstline.connection.report.Path;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;

/** A socket that passes everything on to another one, unless a subclass does something else. */
class ForwardingSocket implements Socket {
    final Socket socket;

    ForwardingSocket(Socket socket) {
        this.socket = socket;
    }

    @Override
    public Path path() {
        return socket.path();
    }

    @Override
    public ConnectTimes times() {
        return socket.times();
    }

    @Override
    public void listen(Listener listener) {
        socket.listen(listener);
    }

    @Override
    public Future<Void> writeText(String text) {
        return socket.writeText(text);
    }

    @Override
    public Future<Void> writeBinary(Buffer payload) {
        return socket.writeBinary(payload);
    }

    @Override
    public Future<Void> writePing(Buffer payload) {
        return socket.writePing(payload);
    }

    @Override
    public Future<Void> writePong(Buffer payload) {
        return socket.writePong(payload);
    }

    @Override
    public boolean isFull() {
        return socket.isFull();
    }

    @Override
    public Future<Void> close(int code, String reason) {
        return socket.close(code, reason);
    }

    @Override
    public Future<Void> cutOff() {
        return socket.cutOff();
    }

    @Override
    public Short closeCode() {
        return socket.closeCode();
    }

    @Override
    public String closeReason() {
        return socket.closeReason();
    }
}
