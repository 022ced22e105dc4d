package io.firstline.service;

import io.firstline.config.ServiceConfig;
import java.nio.file.Path;

/** Where the program finds its configuration. */
final class ConfigFiles {
    private ConfigFiles() {}

    /** The given file, or {@code conf/config.json} of the installation. */
    static ServiceConfig read(Path given) {
        return ServiceConfig.read(given == null ? home().resolve("conf/config.json") : given);
    }

    /** The installation: told by the launcher, else the working directory. */
    static Path home() {
        return Path.of(System.getProperty("firstline.home", "."));
    }
}
