import { simulationFeatures } from './simulation.features.ts';

simulationFeatures({ seeds: 2000, parts: 8 });
