package io.firstline.bench;

import java.util.Locale;

/** One measurement of every round. */
record Cell(Section section, Variant variant, Encryption encryption, int feeds, int connections, Load load) {
    static Cell plain(Section section, Variant variant, int connections, Load load) {
        return new Cell(section, variant, Encryption.PLAIN, 1, connections, load);
    }

    /** Describes the cell in one line. */
    String label() {
        StringBuilder label = new StringBuilder(variant.label());
        if (feeds > 1) {
            label.append(", ").append(feeds).append(" feeds");
        }
        label.append(", ").append(connections).append(connections == 1 ? " connection" : " connections");
        label.append(load.formLabel());
        if (encryption != Encryption.PLAIN) {
            label.append(", ").append(encryption.label());
        }
        if (!load.isSaturating()) {
            label.append(", ").append(load.label());
        }
        return section.name().toLowerCase(Locale.ROOT) + ": " + label;
    }
}
