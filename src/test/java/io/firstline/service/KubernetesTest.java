package io.firstline.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.service.ServiceConfig;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The manifests for Kubernetes: their fields against the API's, and their values against each other. */
class KubernetesTest {
    private static final Path FOLDER = Path.of(System.getProperty("project.dir", "."), "conf", "kubernetes");

    /**
     * The fields of the API that the manifests use, by kind of object; {@code !} marks the required ones, {@code >} names
     * the kind of a field, {@code *} of the elements of an array. Fields that are not here are rejected, as the API server
     * does.
     */
    private static final Map<String, Set<String>> FIELDS = Map.ofEntries(
            Map.entry("Service", Set.of("apiVersion!", "kind!", "metadata!>Metadata", "spec!>ServiceSpec")),
            Map.entry(
                    "ServiceSpec",
                    Set.of("clusterIP", "publishNotReadyAddresses", "selector>any", "ports!*ServicePort")),
            Map.entry("ServicePort", Set.of("name!", "port!", "targetPort")),
            Map.entry("PodDisruptionBudget", Set.of("apiVersion!", "kind!", "metadata!>Metadata", "spec!>BudgetSpec")),
            Map.entry("BudgetSpec", Set.of("maxUnavailable!", "selector!>Selector")),
            Map.entry("StatefulSet", Set.of("apiVersion!", "kind!", "metadata!>Metadata", "spec!>SetSpec")),
            Map.entry(
                    "SetSpec",
                    Set.of(
                            "serviceName!",
                            "replicas",
                            "podManagementPolicy",
                            "minReadySeconds",
                            "updateStrategy>Strategy",
                            "selector!>Selector",
                            "template!>Template")),
            Map.entry("Strategy", Set.of("type!")),
            Map.entry("Selector", Set.of("matchLabels!>any")),
            Map.entry("Template", Set.of("metadata!>PodMetadata", "spec!>PodSpec")),
            Map.entry("Metadata", Set.of("name!", "labels>any")),
            Map.entry("PodMetadata", Set.of("labels!>any")),
            Map.entry(
                    "PodSpec",
                    Set.of(
                            "terminationGracePeriodSeconds",
                            "automountServiceAccountToken",
                            "securityContext>PodSecurity",
                            "topologySpreadConstraints*Spread",
                            "containers!*Container",
                            "volumes*Volume")),
            Map.entry(
                    "PodSecurity",
                    Set.of("runAsNonRoot", "runAsUser", "runAsGroup", "fsGroup", "seccompProfile>Strategy")),
            Map.entry("Spread", Set.of("maxSkew!", "topologyKey!", "whenUnsatisfiable!", "labelSelector>Selector")),
            Map.entry(
                    "Container",
                    Set.of(
                            "name!",
                            "image!",
                            "args",
                            "env*Variable",
                            "ports*Port",
                            "startupProbe>Probe",
                            "livenessProbe>Probe",
                            "readinessProbe>Probe",
                            "resources>Resources",
                            "securityContext>Security",
                            "volumeMounts*Mount")),
            Map.entry("Variable", Set.of("name!", "valueFrom>Source")),
            Map.entry("Source", Set.of("fieldRef>FieldPath", "secretKeyRef>SecretKey")),
            Map.entry("FieldPath", Set.of("fieldPath!")),
            Map.entry("SecretKey", Set.of("name!", "key!")),
            Map.entry("Port", Set.of("name", "containerPort!")),
            Map.entry("Probe", Set.of("httpGet!>Get", "periodSeconds", "timeoutSeconds", "failureThreshold")),
            Map.entry("Get", Set.of("path", "port!")),
            Map.entry("Resources", Set.of("requests>any", "limits>any")),
            Map.entry(
                    "Security",
                    Set.of("allowPrivilegeEscalation", "readOnlyRootFilesystem", "capabilities>Capabilities")),
            Map.entry("Capabilities", Set.of("drop")),
            Map.entry("Mount", Set.of("name!", "mountPath!", "readOnly")),
            Map.entry("Volume", Set.of("name!", "configMap>ConfigMap", "secret>Secret", "emptyDir>Empty")),
            Map.entry("ConfigMap", Set.of("name!")),
            Map.entry("Secret", Set.of("secretName!", "defaultMode")),
            Map.entry("Empty", Set.of("sizeLimit")),
            Map.entry("ServiceAccount", Set.of("apiVersion!", "kind!", "metadata!>Metadata")),
            Map.entry("Role", Set.of("apiVersion!", "kind!", "metadata!>Metadata", "rules!*Rule")),
            Map.entry("Rule", Set.of("apiGroups!", "resources!", "verbs!")),
            Map.entry(
                    "RoleBinding",
                    Set.of("apiVersion!", "kind!", "metadata!>Metadata", "roleRef!>RoleRef", "subjects*Subject")),
            Map.entry("RoleRef", Set.of("apiGroup!", "kind!", "name!")),
            Map.entry("Subject", Set.of("kind!", "name!")));

    private static final String RBAC = "rbac.authorization.k8s.io";
    private static final Map<String, String> VERSIONS = Map.of(
            "Service",
            "v1",
            "PodDisruptionBudget",
            "policy/v1",
            "StatefulSet",
            "apps/v1",
            "ServiceAccount",
            "v1",
            "Role",
            RBAC + "/v1",
            "RoleBinding",
            RBAC + "/v1");

    @TempDir
    Path secrets;

    private JsonArray items;
    private JsonObject set;
    private JsonObject pod;
    private JsonObject container;
    private String config;

    @BeforeEach
    void read() throws IOException {
        items = items("firstline.json");
        set = items.stream()
                .map(JsonObject.class::cast)
                .filter(item -> item.getString("kind").equals("StatefulSet"))
                .findFirst()
                .orElseThrow();
        pod = set.getJsonObject("spec").getJsonObject("template").getJsonObject("spec");
        container = pod.getJsonArray("containers").getJsonObject(0);
        for (String file : Set.of("tls.crt", "tls.key", "ca.crt")) {
            Files.writeString(secrets.resolve(file), "");
        }
        config = Files.readString(FOLDER.resolve("config.json"))
                .replace("${CLUSTER_SECRET}", "a secret of the cluster")
                .replace("${FIRSTLINE_TOKEN}", "sha256:" + "0".repeat(64))
                .replace("/etc/firstline-tls", secrets.toString());
    }

    private static JsonArray items(String file) throws IOException {
        return new JsonObject(Files.readString(FOLDER.resolve(file))).getJsonArray("items");
    }

    private static void check(String kind, JsonObject object, String at) {
        Set<String> allowed = FIELDS.get(kind);
        for (String field : object.fieldNames()) {
            String type = allowed.stream()
                    .filter(each -> each.replaceAll("[!>*].*", "").equals(field))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(at + ": " + kind + " has no field " + field));
            String path = at + "/" + field;
            if (type.contains("*")) {
                JsonArray elements = object.getJsonArray(field);
                for (int i = 0; i < elements.size(); i++) {
                    check(type.substring(type.indexOf('*') + 1), elements.getJsonObject(i), path + "/" + i);
                }
            } else if (type.contains(">") && !type.endsWith(">any")) {
                check(type.substring(type.indexOf('>') + 1), object.getJsonObject(field), path);
            }
        }
        assertThat(allowed.stream()
                        .filter(field -> field.contains("!"))
                        .map(field -> field.substring(0, field.indexOf('!')))
                        .filter(field -> !object.containsKey(field)))
                .as(at + " lacks")
                .isEmpty();
    }

    @Test
    void shouldHaveOnlyFieldsOfTheApi() throws IOException {
        JsonArray all = items.copy().addAll(items("leases.json"));
        for (int i = 0; i < all.size(); i++) {
            JsonObject item = all.getJsonObject(i);
            String kind = item.getString("kind");
            assertThat(item.getString("apiVersion")).isEqualTo(VERSIONS.get(kind));
            check(kind, item, kind);
        }
        JsonObject wrong = set.copy();
        wrong.getJsonObject("spec").put("minReadySecond", 30);
        assertThatThrownBy(() -> check("StatefulSet", wrong, "set"))
                .hasMessage("set/spec: SetSpec has no field minReadySecond");
    }

    @Test
    void shouldSelectItsPods() {
        JsonObject labels = set.getJsonObject("spec")
                .getJsonObject("template")
                .getJsonObject("metadata")
                .getJsonObject("labels");
        for (int i = 0; i < items.size(); i++) {
            JsonObject selector = items.getJsonObject(i).getJsonObject("spec").getJsonObject("selector");
            assertThat(selector.getJsonObject("matchLabels", selector)).isEqualTo(labels);
        }
        assertThat(set.getJsonObject("spec").getString("serviceName"))
                .as("the headless service, which names the pods")
                .isEqualTo(items.getJsonObject(0).getJsonObject("metadata").getString("name"));
    }

    @Test
    void shouldLetTheServiceAccountChangeLeases() throws IOException {
        JsonArray leases = items("leases.json");
        JsonObject role = leases.getJsonObject(1);
        JsonObject binding = leases.getJsonObject(2);

        assertThat(role.getJsonArray("rules"))
                .containsExactly(new JsonObject()
                        .put("apiGroups", new JsonArray().add("coordination.k8s.io"))
                        .put("resources", new JsonArray().add("leases"))
                        .put("verbs", new JsonArray(List.of("get", "list", "create", "update", "delete"))));
        assertThat(binding.getJsonObject("roleRef"))
                .isEqualTo(new JsonObject()
                        .put("apiGroup", RBAC)
                        .put("kind", "Role")
                        .put("name", role.getJsonObject("metadata").getString("name")));
        assertThat(binding.getJsonArray("subjects"))
                .containsExactly(new JsonObject()
                        .put("kind", "ServiceAccount")
                        .put(
                                "name",
                                leases.getJsonObject(0)
                                        .getJsonObject("metadata")
                                        .getString("name")));
    }

    @Test
    void shouldMakeEachPodAMember() {
        String named = container.getJsonArray("args").getString(3);
        int replicas = set.getJsonObject("spec").getInteger("replicas");
        for (int i = 0; i < replicas; i++) {
            String host = named.replace("$(POD_NAME)", "firstline-" + i);
            ServiceConfig service = with("--cluster-host", host);
            assertThat(service.cluster().isVoter()).isTrue();
            assertThat(service.cluster().self()).isEqualTo(host + ":5701");
            assertThat(service.cluster().members()).hasSize(replicas);
        }
        ClusterConfig further = with("--cluster-host", named.replace("$(POD_NAME)", "firstline-" + replicas))
                .cluster();
        assertThat(further.isVoter()).isFalse();
        assertThat(further.isMember()).isTrue();
        String service = items.getJsonObject(0).getJsonObject("metadata").getString("name");
        assertThat(further.dns())
                .as("the headless service, which knows all pods")
                .startsWith(service + ".");
    }

    private ServiceConfig with(String... options) {
        ClusterOptions cluster = new ClusterOptions();
        new CommandLine(new WithOptions(cluster)).parseArgs(options);
        return cluster.appliedTo(ServiceConfig.parse(config, "config.json", FOLDER));
    }

    @CommandLine.Command
    private record WithOptions(@CommandLine.Mixin ClusterOptions cluster) {}

    @Test
    void shouldReachThePortsOfTheConfigurationAndStopInTime() {
        ServiceConfig service = with("--cluster");
        Map<String, Integer> wanted = Map.of(
                "http", service.http().port(),
                "management", service.http().management().port(),
                "members", service.cluster().port(),
                "bus", service.cluster().busPort());
        for (int i = 0; i < wanted.size(); i++) {
            JsonObject port = container.getJsonArray("ports").getJsonObject(i);
            assertThat(port.getInteger("containerPort")).isEqualTo(wanted.get(port.getString("name")));
        }
        for (String probe : Set.of("startupProbe", "livenessProbe", "readinessProbe")) {
            assertThat(container.getJsonObject(probe).getJsonObject("httpGet").getString("port"))
                    .isEqualTo("management");
        }
        JsonObject readiness = container.getJsonObject("readinessProbe");
        int noticedMs = 1_000 * readiness.getInteger("periodSeconds") * readiness.getInteger("failureThreshold")
                + 1_000 * readiness.getInteger("timeoutSeconds");
        assertThat(service.http().shutdownDelayMs())
                .as("readiness falls before a feed is handed over")
                .isGreaterThan(noticedMs);
        assertThat(1_000 * pod.getInteger("terminationGracePeriodSeconds"))
                .as("the delay, the hand-over and the close frames fit in")
                .isGreaterThan(service.http().shutdownDelayMs() + 10_000);
    }
}
