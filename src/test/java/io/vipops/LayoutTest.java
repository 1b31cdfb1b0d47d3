package io.vipops;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls of the house: who may import whom, and where each library lives. */
@AnalyzeClasses(packages = "io.vipops", importOptions = ImportOption.DoNotIncludeTests.class)
class LayoutTest {
  @ArchTest
  static final ArchRule IMPORTS_RUN_DOWNWARDS =
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
          .layer("git")
          .definedBy("io.vipops.git")
          .layer("engine")
          .definedBy("io.vipops.engine")
          .layer("probe")
          .definedBy("io.vipops.probe")
          .layer("channel")
          .definedBy("io.vipops.channel")
          .layer("linux")
          .definedBy("io.vipops.linux")
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
          .whereLayer("cli")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("agent")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("worker")
          .mayOnlyBeAccessedByLayers("cli")
          .whereLayer("apply")
          .mayOnlyBeAccessedByLayers("worker", "cli")
          .whereLayer("git")
          .mayOnlyBeAccessedByLayers("worker", "cli")
          .whereLayer("engine")
          .mayOnlyBeAccessedByLayers("agent")
          .whereLayer("probe")
          .mayOnlyBeAccessedByLayers("agent", "worker", "apply")
          .whereLayer("channel")
          .mayOnlyBeAccessedByLayers("agent", "worker", "cli")
          .whereLayer("linux")
          .mayOnlyBeAccessedByLayers("engine", "probe", "apply", "agent", "worker")
          .whereLayer("render")
          .mayOnlyBeAccessedByLayers("agent", "worker", "apply", "cli")
          .whereLayer("check")
          .mayOnlyBeAccessedByLayers("agent", "engine")
          .whereLayer("vrrp")
          .mayOnlyBeAccessedByLayers("agent", "engine", "render", "check")
          .whereLayer("netlink")
          .mayOnlyBeAccessedByLayers("engine", "linux");

  private static final String[] PURE = {
    "io.vipops.json",
    "io.vipops.spec",
    "io.vipops.render",
    "io.vipops.vrrp",
    "io.vipops.netlink",
    "io.vipops.check"
  };

  @ArchTest
  static final ArchRule PURE_PACKAGES_KNOW_NO_LOGGER_THREAD_OR_SOCKET =
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
                  .or(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(
                          Thread.class))
                  .or(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(
                          java.net.Socket.class))
                  .or(
                      com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo(
                          java.util.Random.class)));

  @ArchTest
  static final ArchRule THE_ENGINE_CORE_KNOWS_NO_CLOCK =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.vipops.vrrp", "io.vipops.check", "io.vipops.netlink", "io.vipops.render")
          .should()
          .callMethod(System.class, "nanoTime")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould()
          .callMethod(java.time.Instant.class, "now");

  @ArchTest
  static final ArchRule JGIT_LIVES_IN_GIT =
      home("io.vipops.git", "org.eclipse.jgit..", "org.apache.sshd..");

  @ArchTest static final ArchRule JNA_LIVES_IN_LINUX = home("io.vipops.linux", "com.sun.jna..");

  @ArchTest
  static final ArchRule YAML_AND_SCHEMA_LIVE_IN_SPEC =
      home("io.vipops.spec", "org.yaml.snakeyaml..", "com.networknt..", "tools.jackson.databind..");

  @ArchTest static final ArchRule PICOCLI_LIVES_IN_CLI = home("io.vipops.cli", "picocli..");

  @ArchTest
  static final ArchRule JSON_TEXT_LIVES_IN_JSON_AND_SPEC =
      noClasses()
          .that(
              resideInAnyPackage("io.vipops..")
                  .and(
                      com.tngtech.archunit.base.DescribedPredicate.not(
                          resideInAnyPackage("io.vipops.json", "io.vipops.spec"))))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("tools.jackson..");

  private static ArchRule home(String home, String... library) {
    return classes()
        .that()
        .resideOutsideOfPackage(home)
        .should()
        .onlyDependOnClassesThat(
            com.tngtech.archunit.base.DescribedPredicate.not(resideInAnyPackage(library)))
        .because("each library has one home");
  }
}
