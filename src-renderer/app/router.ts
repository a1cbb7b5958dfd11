import { createRouter, createWebHashHistory, type RouteRecordRaw } from 'vue-router'
import type { Component } from 'vue'
import { PAGES } from './pages.ts'
import MissingPage from './MissingPage.vue'

const files = import.meta.glob<{ default: Component }>('../features/*/*Page.vue')

/** Every page takes an optional `id` (study, data set, run, model) as a prop, and a `part` of it where it has some. */
const routes: RouteRecordRaw[] = PAGES.map(({ name, file }) => ({
  path: `/${name}/:id?/:part?`,
  name,
  props: true,
  component: files[`../features/${name}/${file}.vue`] ?? MissingPage,
}))

/** Hash history: the same under `app://`, the web host and a dev server. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [...routes, { path: '/:rest(.*)*', redirect: '/studies' }],
})
