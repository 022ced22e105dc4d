package io.firstline.config.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.firstline.config.Errors;
import io.firstline.config.cluster.ClusterConfig;
import io.firstline.config.cluster.LeaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code cluster}: the nodes and what they must share. */
class ClusterConfigTest {
    private static final String FEEDS = "'feeds':{'a':{'url':'ws://127.0.0.1:1/'}}";

    @TempDir
    Path folder;

    private static String json(String cluster) {
        return ("{'cluster':" + cluster + "," + FEEDS + "}").replace('\'', '"');
    }

    private static ServiceConfig config(String cluster) {
        return ServiceConfig.parse(json(cluster), "test.json", null);
    }

    private static List<String> errors(String cluster) {
        return Errors.ofService(json(cluster));
    }

    @Test
    void shouldStayOnThisMachineByDefault() {
        ClusterConfig cluster = config("{}").cluster();

        assertThat(cluster).isEqualTo(ClusterConfig.DEFAULT);
        assertThat(cluster.self()).isEqualTo("127.0.0.1:5701");
        assertThat(cluster.majority()).isEqualTo(2);
        assertThat(config("{}").isClustered()).isTrue();
        assertThat(config("{'enabled':false}").isClustered()).isFalse();
        assertThat(config("{'enabled':false}").cluster().joining().enabled()).isTrue();
        assertThat(ServiceConfig.parse(("{" + FEEDS + "}").replace('\'', '"'), "test.json", null)
                        .isClustered())
                .isFalse();
    }

    @Test
    void shouldReadEverything() throws IOException {
        for (String file : List.of("cert.pem", "key.pem", "ca.pem")) {
            Files.writeString(folder.resolve(file), "");
        }
        String json = json("{'name':'east','host':'10.0.0.1','port':5800,'busPort':5801,"
                + "'members':['10.0.0.1:5800','10.0.0.2:5800'],'replicas':1,'leaseMs':500,'secret':'${SECRET}',"
                + "'tls':{'certificate':'cert.pem','key':'key.pem','authority':'ca.pem'}}");

        ServiceConfig config =
                ServiceConfig.parse(json, "test.json", folder, Map.of("SECRET", "correct horse battery")::get);

        assertThat(config.cluster())
                .isEqualTo(new ClusterConfig(
                        true,
                        "east",
                        "10.0.0.1",
                        5800,
                        5801,
                        List.of("10.0.0.1:5800", "10.0.0.2:5800"),
                        1,
                        500,
                        "correct horse battery",
                        new ClusterConfig.Tls(
                                folder.resolve("cert.pem").toString(),
                                folder.resolve("key.pem").toString(),
                                folder.resolve("ca.pem").toString())));
        assertThat(config.summary().get(0))
                .contains("10.0.0.1:5800", "encrypted")
                .doesNotContain("horse");
    }

    @Test
    void shouldKeepLeasesInEtcd() {
        ClusterConfig cluster =
                config("{'lease':{'etcd':['http://127.0.0.1:2379']}}").cluster();
        assertThat(cluster.lease()).isEqualTo(LeaseConfig.of(List.of("http://127.0.0.1:2379")));
        assertThat(cluster.lease().prefix()).isEqualTo("/firstline/");
        assertThat(cluster.members()).as("nodes find each other in etcd").containsExactly(cluster.self());
        assertThat(cluster.replicas()).isEqualTo(2);
        assertThat(config("{'lease':{'etcd':['http://[::1]:1'],'user':'u','password':'hush hush'}}")
                        .cluster()
                        .toString())
                .contains("http://[::1]:1", "as u")
                .doesNotContain("hush");

        assertThat(errors("{'lease':{'etcd':['10.0.0.1:2379'],'prefix':'x'}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/etcd/0: found \"10.0.0.1:2379\""))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/prefix: found \"x\""));
        assertThat(errors("{'lease':{'etcd':['http://127.0.0.1:1'],'user':'u','tls':{'authority':'no'}}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/password: found no password"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/etcd: found [http://127.0.0.1:1]"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/tls/authority"));
        assertThat(errors("{'lease':{'etcd':['http://10.0.0.1:2379']}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/etcd: found [http://10.0.0.1:2379]"));
    }

    @Test
    void shouldKeepLeasesInKubernetes() throws IOException {
        Path account = Files.createDirectory(folder.resolve("account"));
        Files.writeString(account.resolve("token"), "t");
        Files.writeString(account.resolve("ca.crt"), "c");
        String json = json("{'leaseMs':2000,'lease':{'kubernetes':{'namespace':'east','serviceAccount':'account'}}}");
        LeaseConfig kubernetes =
                ServiceConfig.parse(json, "test.json", folder).cluster().lease();
        assertThat(kubernetes)
                .as("the folder is relative to the configuration file")
                .isEqualTo(LeaseConfig.of(
                        new LeaseConfig.Kubernetes("https://kubernetes.default.svc", "east", account.toString())));
        assertThat(kubernetes.toString()).isEqualTo("Kubernetes https://kubernetes.default.svc, namespace east");
        assertThat(errors("{'lease':{'kubernetes':{'serviceAccount':'/nowhere'},'prefix':'/x/'}}"))
                .anySatisfy(e -> assertThat(e)
                        .startsWith(
                                "/cluster/lease/kubernetes/serviceAccount: found \"/nowhere\" without token, ca.crt,"
                                        + " namespace, allowed: a folder with the files token, ca.crt, namespace"))
                .anySatisfy(e ->
                        assertThat(e).startsWith("/cluster/lease/prefix: found \"/x/\", allowed: it beside etcd only"));
        assertThat(errors("{'lease':{}}")).anySatisfy(e -> assertThat(e)
                .startsWith("/cluster/lease/etcd: found nothing, allowed: one of etcd and kubernetes"));
        assertThat(errors("{'lease':{'etcd':['http://127.0.0.1:2379'],'kubernetes':{}}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/kubernetes: found etcd and kubernetes"));
        assertThat(errors("{'lease':{'kubernetes':{'url':'http://10.0.0.1:80'}}}"))
                .anySatisfy(e -> assertThat(e)
                        .startsWith("/cluster/lease/kubernetes/url: found [http://10.0.0.1:80], allowed: https URLs"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/leaseMs: found 500, allowed: at least 1000"));
        assertThat(errors("{'members':['127.0.0.1:5701'],'lease':{}}"))
                .as("nothing about the default of replicas")
                .hasSize(1);
        assertThat(errors("{'lease':{'kubernetes':{},'user':'u','password':'hush hush'}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/lease/user: found it beside kubernetes"));
    }

    @Test
    void shouldRejectUrlsWithoutAHostForLeases() {
        for (String url :
                List.of("http://a_b:1", "https://a_b:1", "http://[::1:1", "https://a:65536", "https://%zz:1")) {
            assertThat(errors("{'lease':{'etcd':['" + url + "']}}")).anySatisfy(e -> assertThat(e)
                    .startsWith("/cluster/lease/etcd: found [" + url + "], allowed: URLs"));
            assertThat(errors("{'lease':{'kubernetes':{'url':'" + url + "'}}}")).anySatisfy(e -> assertThat(e)
                    .startsWith("/cluster/lease/kubernetes/url: found [" + url + "], allowed: URLs"));
        }
    }

    @Test
    void shouldLetNodesThatAreFoundByNameOwnFeedsWithoutAVote() {
        ClusterConfig cluster = config("{'port':5800,'members':['127.0.0.1:5701'],'dns':'nodes.example:5701'}")
                .cluster();
        assertThat(cluster.isMember()).isTrue();
        assertThat(cluster.isVoter()).isFalse();
        assertThat(cluster.replicas()).isEqualTo(2);
        assertThat(cluster.toString()).endsWith(", others at nodes.example:5701");
        assertThat(cluster.listening(cluster.members()).isMember()).isFalse();

        assertThat(errors("{'dns':'nodes.example:5701'}"))
                .singleElement()
                .asString()
                .startsWith("/cluster/members: found nothing, allowed: the nodes that vote");
        assertThat(errors("{'dns':'nodes.example:99999','members':['127.0.0.1:5701']}"))
                .singleElement()
                .asString()
                .startsWith("/cluster/dns: found \"nodes.example:99999\"");
    }

    @Test
    void shouldKnowOthersBySecretAndName() {
        String secret = "'secret':'correct horse battery'";
        assertThat(config("{}").cluster().secretName()).isEqualTo("firstline");
        assertThat(config("{" + secret + "}").cluster().secretName())
                .startsWith("firstline-")
                .doesNotContain("horse")
                .isEqualTo(config("{" + secret + "}").cluster().secretName())
                .isNotEqualTo(
                        config("{'secret':'correct horse batterz'}").cluster().secretName())
                .isNotEqualTo(config("{'name':'x'," + secret + "}").cluster().secretName());
    }

    @Test
    void shouldNameEveryError() {
        assertThat(errors("{'name':'a b','port':0,'members':['x','10.0.0.1:5701'],'leaseMs':10,'x':1}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/name: found \"a b\""))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/port: found 0"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/members/0: found \"x\""))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/leaseMs: found 10"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/x"));
        assertThat(errors("{'members':['127.0.0.1:99999','127.0.0.1:5701'],'replicas':3,'busPort':5701,"
                        + "'tls':{'certificate':'no','key':'no','authority':'no'}}"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/members: found [127.0.0.1:99999"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/replicas: found 3, allowed: 1 to 2"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/busPort: found 5701"))
                .anySatisfy(e -> assertThat(e).startsWith("/cluster/tls/authority"));
    }

    @Test
    void shouldWantItselfAmongTheMembers() {
        assertThat(errors("{'port':5704}"))
                .singleElement()
                .asString()
                .contains("members that include this node, 127.0.0.1:5704");
    }

    @Test
    void shouldWantASecretWhereOthersCanConnect() {
        assertThat(errors("{'host':'10.0.0.1','members':['10.0.0.1:5701'],'allowPlaintext':true}"))
                .singleElement()
                .asString()
                .startsWith("/cluster/secret: found nothing, allowed: a secret");
    }

    @Test
    void shouldWantCertificatesWhereOthersCanConnectUnlessToldOtherwise() {
        String reachable = "{'host':'10.0.0.1','members':['10.0.0.1:5701'],'secret':'correct horse battery'";

        assertThat(errors(reachable + "}"))
                .singleElement()
                .asString()
                .startsWith("/cluster/tls: found nothing, allowed: certificates")
                .contains("\"allowPlaintext\": true");
        assertThat(config(reachable + ",'allowPlaintext':true}")
                        .cluster()
                        .withPort(5702)
                        .allowPlaintext())
                .isTrue();
    }

    @Test
    void shouldNameANodeByAddressAndPort() {
        ClusterConfig node = config("{'host':'::1','members':['[::1]:5701']}").cluster();

        assertThat(node.self()).isEqualTo("[::1]:5701");
        assertThat(node.withPort(5702).isMember()).isFalse();
    }

    @Test
    void shouldListenOnAPortThatIsNoMembers() {
        ClusterConfig listener = ClusterConfig.DEFAULT.listening(ClusterConfig.DEFAULT.members());
        assertThat(listener.isMember()).isFalse();
        assertThat(listener.port()).isEqualTo(5_704);
        assertThat(listener.members()).isEqualTo(ClusterConfig.DEFAULT.members());

        ClusterConfig two =
                config("{'busPort':5801,'members':['127.0.0.1:5701']}").cluster();
        assertThat(two.listening(two.members()).busPort()).isZero();
        assertThat(ClusterConfig.DEFAULT.listening(List.of("127.0.0.1:6001")).replicas())
                .isEqualTo(1);
    }

    @Test
    void shouldWantOneAddress() {
        for (String any : List.of("0.0.0.0", "::", "[::]")) {
            assertThat(errors("{'host':'" + any + "','members':['10.0.0.1:5701'],'allowPlaintext':true}"))
                    .anySatisfy(e -> assertThat(e)
                            .startsWith("/cluster/host: found \"" + any + "\", allowed: one address or name"));
        }
    }

    @Test
    void shouldWantWholeMessagesOfTheRelaysFeeds() {
        String feeds = "'feeds':{'btc':{'url':'ws://127.0.0.1:1/'},'many':{'url':'ws://127.0.0.1:1/','body':'batch'}}}";
        String clustered = "{'cluster':{'members':['127.0.0.1:5701','127.0.0.1:5702','127.0.0.1:5703']},";

        assertThat(Errors.ofService((clustered + "'relay':{}," + feeds).replace('\'', '"')))
                .containsExactly(
                        "/feeds/many/body: found \"batch\", allowed: \"message\" for a feed of the relay in a cluster");
        for (String accepted : List.of(clustered + "'relay':{'feeds':['btc']},", "{'relay':{},")) {
            assertThat(ServiceConfig.parse((accepted + feeds).replace('\'', '"'), "test.json", null)
                            .feeds())
                    .hasSize(2);
        }
    }
}
