package io.firstline.config.service;

import io.firstline.config.feed.FeedConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The changes that turn one running configuration into another.
 *
 * @param added feeds to open, in the order of the file
 * @param changed the new configurations of feeds that change
 * @param removed names of the feeds to close
 * @param needsRestart names of other changed sections, which are only read at the start
 */
public record ConfigChange(
        List<FeedConfig> added, List<FeedConfig> changed, List<String> removed, List<String> needsRestart) {

    public ConfigChange {
        added = List.copyOf(added);
        changed = List.copyOf(changed);
        removed = List.copyOf(removed);
        needsRestart = List.copyOf(needsRestart);
    }

    /**
     * Compares two configurations.
     *
     * @param running the running configuration, with its simulator started
     * @param wanted the new one. A feed of it that waits for a simulator cannot be opened while the service runs, so it
     *     is left unchanged
     */
    public static ConfigChange between(ServiceConfig running, ServiceConfig wanted) {
        Map<String, FeedConfig> before =
                running.feeds().stream().collect(Collectors.toMap(FeedConfig::name, Function.identity()));
        List<FeedConfig> added = new ArrayList<>();
        List<FeedConfig> changed = new ArrayList<>();
        for (FeedConfig feed : wanted.feeds()) {
            FeedConfig old = before.remove(feed.name());
            if (wanted.simulated().contains(feed.name())) {
                continue;
            }
            if (old == null) {
                added.add(feed);
            } else if (!old.isSameAs(feed)) {
                changed.add(feed);
            }
        }
        List<String> needsRestart = new ArrayList<>();
        if (!Objects.equals(running.http(), wanted.http())) {
            needsRestart.add("http");
        }
        if (!Objects.equals(running.simulator(), wanted.simulator())) {
            needsRestart.add("simulator");
        }
        if (!Objects.equals(running.bridges(), wanted.bridges())) {
            needsRestart.add("bridges");
        }
        if (!Objects.equals(running.relay(), wanted.relay())) {
            needsRestart.add("relay");
        }
        if (!Objects.equals(running.cluster(), wanted.cluster())) {
            needsRestart.add("cluster");
        }
        return new ConfigChange(
                added, changed, before.keySet().stream().sorted().toList(), needsRestart);
    }
}
