package io.firstline.cluster;

import io.firstline.cluster.KubernetesObjects.Reply;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An API server of Kubernetes, for objects of kind {@code Lease}: each change makes a new version, and needs the present
 * one. As the real one does for this kind, it makes an object that is missing also on PUT, unless the request has a
 * {@code uid}. Written from the documentation and the source of the API server; never compared with a running one.
 * Single-threaded.
 */
final class SimulatedKubernetes {
    private static final Pattern NAME = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern MICRO_TIME = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");

    private static final String EPOCH = "1970-01-01T00:00:00.000000Z";
    private static final String METADATA = "metadata";
    private static final String UID = "uid";
    private static final String RESOURCE_VERSION = "resourceVersion";

    private final Map<String, JsonObject> objects = new TreeMap<>();
    private long version = 1_000;
    private long uids;

    Reply handle(String method, String rest, JsonObject body) {
        if (rest.startsWith("?")) {
            return list(rest.substring(rest.indexOf('=') + 1));
        }
        String name = rest.isEmpty() ? field(body, "name") : rest.substring(1);
        JsonObject present = objects.get(name);
        return switch (method) {
            case "POST" -> present == null ? write(201, name, body, null) : refused(409, "AlreadyExists");
            case "PUT" -> put(name, body, present);
            case "DELETE" -> present == null ? refused(404, "NotFound") : delete(name, body, present);
            default -> present == null ? refused(404, "NotFound") : new Reply(200, present.copy());
        };
    }

    private static String field(JsonObject object, String key) {
        return object.getJsonObject(METADATA).getString(key);
    }

    private static Reply refused(int status, String reason) {
        return new Reply(
                status,
                new JsonObject().put("kind", "Status").put("reason", reason).put("message", "the reason is " + reason));
    }

    private Reply put(String name, JsonObject body, JsonObject present) {
        String uid = field(body, UID);
        if (uid != null && (present == null || !uid.equals(field(present, UID)))) {
            return refused(409, "Conflict");
        } else if (present == null) {
            return write(201, name, body, null);
        } else if (field(body, RESOURCE_VERSION) == null) {
            return refused(422, "Invalid");
        }
        boolean isPresent = field(present, RESOURCE_VERSION).equals(field(body, RESOURCE_VERSION));
        return isPresent ? write(200, name, body, present) : refused(409, "Conflict");
    }

    private Reply write(int status, String name, JsonObject body, JsonObject present) {
        JsonObject spec = body.getJsonObject("spec");
        if (!NAME.matcher(name).matches()
                || !body.getString("kind").equals("Lease")
                || spec.getInteger("leaseDurationSeconds", 1) < 1
                || spec.getInteger("leaseTransitions", 0) < 0
                || !MICRO_TIME.matcher(spec.getString("renewTime", EPOCH)).matches()) {
            return refused(422, "Invalid");
        }
        JsonObject written = body.copy();
        JsonObject metadata = written.getJsonObject(METADATA);
        metadata.put(UID, present == null ? "uid-" + ++uids : field(present, UID));
        metadata.put(RESOURCE_VERSION, present == null ? "" : field(present, RESOURCE_VERSION));
        if (!written.equals(present)) { // an equal object gets no new version
            metadata.put(RESOURCE_VERSION, Long.toString(++version));
        }
        objects.put(name, written);
        return new Reply(status, written.copy());
    }

    private Reply delete(String name, JsonObject options, JsonObject present) {
        JsonObject wanted = options.getJsonObject("preconditions");
        if (!field(present, UID).equals(wanted.getString(UID))
                || !field(present, RESOURCE_VERSION).equals(wanted.getString(RESOURCE_VERSION))) {
            return refused(409, "Conflict");
        }
        objects.remove(name);
        version++;
        return new Reply(200, new JsonObject().put("kind", "Status").put("status", "Success"));
    }

    private Reply list(String selector) {
        String[] wanted = selector.replace("%2F", "/").replace("%3D", "=").split("=", 2);
        JsonArray items = new JsonArray();
        objects.values().stream()
                .filter(each -> wanted[1].equals(
                        each.getJsonObject(METADATA).getJsonObject("labels").getString(wanted[0])))
                .forEach(each -> items.add(each.copy()));
        JsonObject metadata = new JsonObject().put(RESOURCE_VERSION, Long.toString(version));
        return new Reply(
                200,
                new JsonObject()
                        .put("kind", "LeaseList")
                        .put(METADATA, metadata)
                        .put("items", items));
    }

    /** All objects are lost. */
    void wipe() {
        objects.clear();
        version = 1;
    }

    /** Somebody deletes the reports of the nodes. */
    void deleteReports() {
        objects.keySet().removeIf(name -> name.contains("-node-"));
    }
}
