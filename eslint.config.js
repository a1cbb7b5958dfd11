import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'

/** Line limits keep every file a room one can see at once; tests and data tables are exempt from the function limit only. */
const size = {
  'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
}

export default tseslint.config(
  { ignores: ['node_modules/', 'out/', 'dist/', 'build/', 'test/output/'] },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.vue', '**/*.mjs', '**/*.js'],
    languageOptions: { parserOptions: { parser: tseslint.parser } },
    rules: {
      ...size,
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-console': 'error',
      'prefer-const': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/html-closing-bracket-spacing': 'off',
      'vue/first-attribute-linebreak': 'off',
      // The types already say which props may be left out.
      'vue/require-default-prop': 'off',
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
    },
  },
  { files: ['scripts/**', 'src-main/entry/**', 'test/**'], rules: { 'no-console': 'off' } },
  { files: ['**/*.test.ts', 'test/**'], rules: { 'max-lines-per-function': 'off' } },
)
