package io.firstline.config;

import io.firstline.config.check.Checks;
import io.firstline.config.check.FeedUrl;
import io.firstline.config.secret.Hidden;
import io.firstline.config.secret.SecretReference;
import io.firstline.config.secret.SignatureTemplate;
import io.firstline.config.secret.TemplateValues;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Proves who a connection is: references to secrets, and how to sign. The secrets themselves are read for each
 * attempt. Immutable.
 *
 * @param secrets where each secret is
 * @param sign what <code>${sign}</code> becomes
 * @param hidden texts that nobody may see; only in a configuration whose placeholders are filled
 */
@SuppressWarnings("exports") // for the packages of the library
public record Credentials(Map<String, SecretReference> secrets, SignatureTemplate sign, Hidden hidden) {
    /** No secrets. */
    public static final Credentials NONE = new Credentials(Map.of(), SignatureTemplate.NONE, Hidden.NONE);

    public Credentials {
        secrets = secrets == null ? Map.of() : Map.copyOf(secrets);
        sign = sign == null ? SignatureTemplate.NONE : sign;
        hidden = hidden == null ? Hidden.NONE : hidden;
    }

    /** Credentials of a configuration. */
    public Credentials(Map<String, SecretReference> secrets, SignatureTemplate sign) {
        this(secrets, sign, Hidden.NONE);
    }

    /** Whether a connection needs none. */
    public boolean isNone() {
        return secrets.isEmpty() && sign.isNone();
    }

    /** Whether an attempt with this configuration has placeholders to fill in. */
    public static boolean areUsedBy(WsConnectionConfig config) {
        return !config.credentials().isNone() || templates(config).stream().anyMatch(TemplateValues::isTemplate);
    }

    /** The texts of a configuration that may have placeholders. */
    public static List<String> templates(WsConnectionConfig config) {
        List<String> templates = new ArrayList<>(config.headers().values());
        config.furtherHeaders().forEach(further -> templates.addAll(further.values()));
        templates.addAll(config.subProtocols());
        templates.add(FeedUrl.template(config.url()));
        config.furtherUrls().forEach(url -> templates.add(FeedUrl.template(url)));
        templates.addAll(config.endpoint().headers().values());
        templates.addAll(config.paths().templates());
        templates.addAll(config.path().templates());
        return templates;
    }

    /** Reports placeholders that no attempt could fill in. */
    void check(Checks checks, String field, String template) {
        if (!template.contains("${")) {
            return;
        }
        TemplateValues.check(checks, field, template, true);
        checks.require(
                !sign.isNone() || !TemplateValues.isSigned(template), field, "${sign}", "only with a venue that signs");
        TemplateValues.secrets(template).stream()
                .filter(name -> !secrets.containsKey(name))
                .forEach(name ->
                        checks.require(false, field, "${secret." + name + "}", "a secret that \"secrets\" names"));
    }
}
