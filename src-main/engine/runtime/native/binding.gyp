{
  "targets": [
    {
      "target_name": "tensorflow_runtime",
      "sources": [
        "src/addon.cc",
        "src/library.cc",
        "src/tensor.cc",
        "src/attributes.cc",
        "src/context.cc",
        "src/execute.cc",
        "src/graph.cc",
        "src/listen.cc",
        "src/norm/arithmetic.cc",
        "src/norm/normalise.cc",
        "src/norm/blur.cc",
        "src/norm/workers.cc",
        "src/norm/pages.cc",
        "src/norm/kernels.cc"
      ],
      "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")"],
      "defines": ["NAPI_VERSION=8", "NAPI_CPP_EXCEPTIONS"],
      "cflags!": ["-fno-exceptions"],
      "cflags_cc!": ["-fno-exceptions", "-fno-rtti"],
      "cflags_cc": ["-std=c++17", "-Wall", "-Wextra", "-Wno-unused-parameter", "-Wno-cast-function-type", "-fvisibility=hidden", "-ffp-contract=fast", "-Wno-psabi"],
      "conditions": [
        ["OS=='linux'", { "ldflags": ["-Wl,--as-needed"] }],
        ["OS=='mac'", {
          "xcode_settings": {
            "GCC_ENABLE_CPP_EXCEPTIONS": "YES",
            "CLANG_CXX_LANGUAGE_STANDARD": "c++17",
            "MACOSX_DEPLOYMENT_TARGET": "11.0"
          }
        }],
        ["OS=='win'", {
          "msvs_settings": { "VCCLCompilerTool": { "ExceptionHandling": 1, "AdditionalOptions": ["/std:c++17"] } }
        }]
      ]
    }
  ]
}
