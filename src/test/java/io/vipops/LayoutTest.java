package io.vipops;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;

/** The walls of the house: who may import whom, and where each library lives. */
class LayoutTest {
  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.vipops");

  @Test
  void importsRunDownwards() {
    ArchRule rule =
        layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("cli")
            .definedBy("io.vipops.cli")
            .layer("agent")
            .definedBy("io.vipops.agent")
            .layer("worker")
            .definedBy("io.vipops.worker")
            .layer("apply")
            .definedBy("io.vipops.apply")
            .layer("report")
            .definedBy("io.vipops.report")
            .layer("git")
            .definedBy("io.vipops.git")
            .layer("signing")
            .definedBy("io.vipops.signing")
            .layer("plan")
            .definedBy("io.vipops.plan")
            .layer("engine")
            .definedBy("io.vipops.engine")
            .layer("probe")
            .definedBy("io.vipops.probe")
            .layer("channel")
            .definedBy("io.vipops.channel")
            .layer("linux")
            .definedBy("io.vipops.linux")
            .layer("web")
            .definedBy("io.vipops.web")
            .layer("render")
            .definedBy("io.vipops.render")
            .layer("check")
            .definedBy("io.vipops.check")
            .layer("vrrp")
            .definedBy("io.vipops.vrrp")
            .layer("netlink")
            .definedBy("io.vipops.netlink")
            .layer("spec")
            .definedBy("io.vipops.spec")
            .layer("json")
            .definedBy("io.vipops.json")
            .layer("trust")
            .definedBy("io.vipops.trust")
            .whereLayer("cli")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("agent")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("worker")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("apply")
            .mayOnlyBeAccessedByLayers("agent", "worker", "cli")
            .whereLayer("report")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("git")
            .mayOnlyBeAccessedByLayers("worker", "cli")
            .whereLayer("signing")
            .mayOnlyBeAccessedByLayers("worker")
            .whereLayer("plan")
            .mayOnlyBeAccessedByLayers("cli")
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("agent")
            .whereLayer("probe")
            .mayOnlyBeAccessedByLayers("agent", "worker", "apply")
            .whereLayer("channel")
            .mayOnlyBeAccessedByLayers("agent", "worker", "cli")
            .whereLayer("linux")
            .mayOnlyBeAccessedByLayers("engine", "probe", "apply", "agent", "worker")
            .whereLayer("web")
            .mayOnlyBeAccessedByLayers("worker")
            .whereLayer("trust")
            .mayOnlyBeAccessedByLayers("git", "web", "worker")
            .whereLayer("render")
            .mayOnlyBeAccessedByLayers("agent", "worker", "apply", "plan", "cli")
            .whereLayer("check")
            .mayOnlyBeAccessedByLayers("agent", "engine", "plan")
            .whereLayer("vrrp")
            .mayOnlyBeAccessedByLayers("agent", "engine", "render", "check", "plan")
            .whereLayer("netlink")
            .mayOnlyBeAccessedByLayers("engine", "linux");
    rule.check(CLASSES);
  }

  private static final String[] PURE = {
    "io.vipops.json",
    "io.vipops.spec",
    "io.vipops.render",
    "io.vipops.report",
    "io.vipops.plan",
    "io.vipops.signing",
    "io.vipops.vrrp",
    "io.vipops.netlink",
    "io.vipops.check"
  };

  @Test
  void purePackagesKnowNoLoggerThreadOrSocket() {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAnyPackage(PURE)
            .should()
            .dependOnClassesThat(
                resideInAnyPackage(
                        "org.slf4j..",
                        "java.nio.channels..",
                        "java.util.concurrent..",
                        "java.util.logging..")
                    .or(Predicates.assignableTo(Thread.class))
                    .or(Predicates.assignableTo(java.net.Socket.class))
                    .or(Predicates.assignableTo(java.util.Random.class)));
    rule.check(CLASSES);
  }

  @Test
  void theEngineCoreKnowsNoClock() {
    ArchRule rule =
        noClasses()
            .that()
            .resideInAnyPackage(
                "io.vipops.vrrp",
                "io.vipops.check",
                "io.vipops.netlink",
                "io.vipops.render",
                "io.vipops.signing",
                "io.vipops.plan")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(java.time.Instant.class, "now");
    rule.check(CLASSES);
  }

  @Test
  void jgitLivesInGit() {
    ArchRule rule = home("io.vipops.git", "org.eclipse.jgit..", "org.apache.sshd..");
    rule.check(CLASSES);
  }

  @Test
  void jnaLivesInLinux() {
    ArchRule rule = home("io.vipops.linux", "com.sun.jna..");
    rule.check(CLASSES);
  }

  @Test
  void yamlAndSchemaLiveInSpec() {
    ArchRule rule =
        home(
            "io.vipops.spec",
            "org.yaml.snakeyaml..",
            "com.networknt..",
            "tools.jackson.databind..");
    rule.check(CLASSES);
  }

  @Test
  void picocliLivesInCli() {
    ArchRule rule = home("io.vipops.cli", "picocli..");
    rule.check(CLASSES);
  }

  @Test
  void jsonTextLivesInJsonAndSpec() {
    ArchRule rule =
        noClasses()
            .that(
                resideInAnyPackage("io.vipops..")
                    .and(not(resideInAnyPackage("io.vipops.json", "io.vipops.spec"))))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("tools.jackson..");
    rule.check(CLASSES);
  }

  @Test
  void httpLivesInWeb() {
    home("io.vipops.web", "io.prometheus..").check(CLASSES);
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.sun.net.httpserver..", "java.net.http..")
        .check(CLASSES);
    noClasses()
        .that()
        .resideInAPackage("io.vipops.agent")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.vipops.web")
        .check(CLASSES);
  }

  private static ArchRule home(String home, String... library) {
    return classes()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .onlyDependOnClassesThat(not(resideInAnyPackage(library)))
        .because("each library has one home");
  }
}
