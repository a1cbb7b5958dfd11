import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './app/router.ts'
import './ui/tokens.css'
import './ui/base.css'

createApp(App).use(createPinia()).use(router).mount('#app')
