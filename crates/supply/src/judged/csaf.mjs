// Judges a document by CSAF's strict schema and all of its mandatory tests: csaf.mjs DOCUMENT.
import { readFile } from 'node:fs/promises'
import * as mandatory from '@secvisogram/csaf-validator-lib/mandatoryTests.js'
import * as schema from '@secvisogram/csaf-validator-lib/schemaTests.js'
import validate from '@secvisogram/csaf-validator-lib/validateStrict.js'

const document = JSON.parse(await readFile(process.argv[2], 'utf8'))
const result = await validate([schema.csaf_2_0_strict, ...Object.values(mandatory)], document)
for (const test of result.tests) {
  for (const error of test.errors) {
    console.log(test.name, JSON.stringify(error))
  }
}
console.log(result.tests.length, 'tests')
process.exitCode = result.isValid ? 0 : 1
