package io.firstline.bench;

import java.util.List;

/** Whether TLS is used, and the client's TLS engine. */
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

    /** Netty's switch that makes it use the JDK's engine although OpenSSL is available. */
    List<String> jvmOptions() {
        return this == JDK ? List.of("-Dio.netty.handler.ssl.noOpenSsl=true") : List.of();
    }
}
