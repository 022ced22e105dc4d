package io.firstline.bench;

import java.util.List;

/** TLS, and by which engine at the client's end. */
enum Encryption {
    PLAIN("plain"),
    JDK("TLS, JDK"),
    OPENSSL("TLS, OpenSSL");

    private final String label;

    Encryption(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    /** Netty's own switch: who would take OpenSSL where it loads takes the JDK's engine instead. */
    List<String> jvmOptions() {
        return this == JDK ? List.of("-Dio.netty.handler.ssl.noOpenSsl=true") : List.of();
    }
}
